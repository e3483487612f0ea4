{{- /*
How the presync folder is marked. An object has one of these roles; an object without a role is the application's.
  workload   the migration
  input      what only the migration reads: one wave before it
  copy       the migration's copy of what it shares with the application: likewise, and gone after the sync
  producer   such a copy whose controller makes a Secret: two waves before it
*/}}

{{- /* Not empty if the chart makes the copies. In mode postrenderer presync makes them. */}}
{{- define "presync-app.makesCopies" -}}
{{- if and .Values.presync.enabled (ne .Values.presync.mode "postrenderer") }}true{{ end }}
{{- end }}

{{- /* Not empty if the migration runs under a copy of the application's ServiceAccount. */}}
{{- define "presync-app.copiesServiceAccount" -}}
{{- if and (include "presync-app.makesCopies" .) .Values.presync.serviceAccount.shared .Values.serviceAccount.create }}true{{ end }}
{{- end }}

{{- /* The name by which the migration knows an object of the application. Takes context and name. The ending is presync's. */}}
{{- define "presync-app.copyName" -}}
{{- .name }}{{ if include "presync-app.makesCopies" .context }}-presync{{ end }}
{{- end }}

{{- /* The name of the Secret that the migration reads; nothing if there is none. An existing one is there before the release: it needs no copy. */}}
{{- define "presync-app.migrationSecretName" -}}
{{- $name := include "presync-app.secretName" . }}
{{- if and $name (not .Values.secret.existingSecret) }}
{{- include "presync-app.copyName" (dict "context" . "name" $name) }}
{{- else }}
{{- $name }}
{{- end }}
{{- end }}

{{- /* The name of the ServiceAccount that the migration runs under. */}}
{{- define "presync-app.migrationServiceAccountName" -}}
{{- if .Values.presync.serviceAccount.shared }}
{{- include "presync-app.serviceAccountName" . }}{{ if include "presync-app.copiesServiceAccount" . }}-presync{{ end }}
{{- else }}
{{- .Values.presync.serviceAccount.name | default (ternary (include "presync-app.migrationName" .) "default" .Values.presync.serviceAccount.create) }}
{{- end }}
{{- end }}

{{- /* The annotations that make an object a hook, or mark it for presync. Takes context and role. Wave 0 is never written. */}}
{{- define "presync-app.hookAnnotations" -}}
{{- $helm := eq .context.Values.presync.mode "helm" }}
{{- $copied := has .role (list "copy" "producer") }}
{{- $wave := sub (int .context.Values.presync.wave) (get (dict "workload" 0 "input" 1 "copy" 1 "producer" 2) .role) }}
{{- $words := dict }}
{{- if $helm }}
{{- $words = dict "helm.sh/hook" "pre-install,pre-upgrade" "helm.sh/hook-delete-policy" (ternary "before-hook-creation,hook-succeeded" "before-hook-creation" $copied) }}
{{- else if eq .context.Values.presync.mode "argocd" }}
{{- $words = dict "argocd.argoproj.io/hook" "PreSync" "argocd.argoproj.io/hook-delete-policy" (ternary "BeforeHookCreation,HookSucceeded" "BeforeHookCreation" $copied) }}
{{- else }}
{{- $words = dict "presync/phase" "PreSync" }}
{{- end }}
{{- if $wave }}
{{- $_ := set $words (ternary "helm.sh/hook-weight" "argocd.argoproj.io/sync-wave" $helm) (toString $wave) }}
{{- end }}
{{- include "presync-app.texts" $words }}
{{- end }}

{{- /*
Name, labels and annotations of an object. Takes context, name, component, and if needed annotations and role.
A copy is like its original but for the ending of its name, and says whose copy it is.
*/}}
{{- define "presync-app.metadata" -}}
{{- $copied := has .role (list "copy" "producer") }}
{{- $labels := include "presync-app.labels" . | fromYaml }}
{{- $annotations := deepCopy (.annotations | default dict) }}
{{- if .role }}
{{- $annotations = include "presync-app.hookAnnotations" . | fromYaml | mergeOverwrite $annotations }}
{{- end }}
{{- if $copied }}
{{- $_ := set $labels "presync/copy" "true" }}
{{- $_ := set $annotations "presync/copy-of" .name }}
{{- end -}}
name: {{ .name }}{{ if $copied }}-presync{{ end }}
labels:
  {{- toYaml $labels | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- include "presync-app.texts" . | nindent 2 }}
{{- end }}
{{- end }}
