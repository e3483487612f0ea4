"""A second opinion: what Argo CD and Helm make of a stream, worked out without a line of the tool under test.

yaml_text  text into documents and plain objects          objects     identity of a Kubernetes object
meaning    what a hook means (Argo CD, and Helm)          references  whose names a pod spec holds
release    one stream: who reads what, and when           checks      what must hold between a stream and its rendering
"""
