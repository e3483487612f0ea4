"""Rules about what silences other rules: they read what was judged, and are documented in the same way."""

from postrenderer.pardons import expired_waiver, unused_allow, unused_waiver

PARDONS = (expired_waiver, unused_allow, unused_waiver)
