{{- /* Objects that application and migration share. One template makes original and copy: takes context, and for the copy its role. */}}

{{- /* The ConfigMap with `config`. */}}
{{- define "presync-app.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "presync-app.metadata" (merge (dict "name" (include "presync-app.fullname" .context) "component" "application") .) | nindent 2 }}
data:
  {{- include "presync-app.texts" .context.Values.config | nindent 2 }}
{{- end }}

{{- /* The Secret with `secret.values` and `secret.generate`. */}}
{{- define "presync-app.secret" -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "presync-app.metadata" (merge (dict "name" (include "presync-app.fullname" .context) "component" "application") .) | nindent 2 }}
type: Opaque
data:
  {{- include "presync-app.secretData" .context | nindent 2 }}
{{- end }}

{{- /* The data of that Secret. */}}
{{- define "presync-app.secretData" -}}
{{- include "presync-app.generate" . }}
{{- $data := dict }}
{{- range $key, $value := .Values.secret.values }}
{{- $_ := set $data $key (b64enc $value) }}
{{- end }}
{{- include "presync-app.texts" $data }}
{{- end }}

{{- /*
Writes nothing. Puts what `secret.generate` asks for into `secret.values`, where every later caller finds it:
so original and copy agree. What is in the cluster is kept.
*/}}
{{- define "presync-app.generate" -}}
{{- $values := .Values.secret.values }}
{{- $live := lookup "v1" "Secret" .Release.Namespace (include "presync-app.fullname" .) }}
{{- range .Values.secret.generate }}
{{- if not (hasKey $values .) }}
{{- $kept := dig "data" . "" $live }}
{{- $_ := set $values . (ternary (b64dec $kept) (randAlphaNum 32) (ne $kept "")) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The ExternalSecret, and with it the name of the Secret that the operator makes. */}}
{{- define "presync-app.externalSecret" -}}
{{- $name := include "presync-app.fullname" .context -}}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  {{- include "presync-app.metadata" (merge (dict "name" $name "component" "application") .) | nindent 2 }}
spec:
  refreshInterval: {{ .context.Values.externalSecret.refreshInterval | quote }}
  secretStoreRef:
    kind: {{ .context.Values.externalSecret.storeKind }}
    name: {{ .context.Values.externalSecret.storeName | quote }}
  target:
    name: {{ $name }}{{ if .role }}-presync{{ end }}
    creationPolicy: Owner
  {{- with .context.Values.externalSecret.data }}
  data:
    {{- range $key, $remote := . }}
    - secretKey: {{ $key | quote }}
      remoteRef:
        {{- toYaml $remote | nindent 8 }}
    {{- end }}
  {{- end }}
  {{- with .context.Values.externalSecret.dataFrom }}
  dataFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- /* The pull Secret with `imageCredentials`. */}}
{{- define "presync-app.registrySecret" -}}
{{- $username := .context.Values.imageCredentials.username }}
{{- $password := .context.Values.imageCredentials.password }}
{{- $login := dict "username" $username "password" $password "auth" (printf "%s:%s" $username $password | b64enc) -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "presync-app.metadata" (merge (dict "name" (include "presync-app.registrySecretName" .context) "component" "application") .) | nindent 2 }}
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {{ dict "auths" (dict .context.Values.imageCredentials.registry $login) | toJson | b64enc | quote }}
{{- end }}

{{- /* The application's ServiceAccount. */}}
{{- define "presync-app.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "presync-app.metadata" (merge (dict "name" (include "presync-app.serviceAccountName" .context) "component" "application" "annotations" .context.Values.serviceAccount.annotations) .) | nindent 2 }}
automountServiceAccountToken: {{ .context.Values.serviceAccount.automount }}
{{- end }}

{{- /* The Role of the application's ServiceAccount. */}}
{{- define "presync-app.role" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "presync-app.metadata" (merge (dict "name" (include "presync-app.fullname" .context) "component" "application") .) | nindent 2 }}
rules:
  {{- toYaml .context.Values.rbac.rules | nindent 2 }}
{{- end }}

{{- /* The RoleBinding of the application's ServiceAccount. A copy binds the copied account to the copied Role. */}}
{{- define "presync-app.roleBinding" -}}
{{- $ending := ternary "-presync" "" (not (empty .role)) -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "presync-app.metadata" (merge (dict "name" (include "presync-app.fullname" .context) "component" "application") .) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ include "presync-app.fullname" .context }}{{ $ending }}
subjects:
  - kind: ServiceAccount
    name: {{ include "presync-app.serviceAccountName" .context }}{{ $ending }}
{{- end }}
