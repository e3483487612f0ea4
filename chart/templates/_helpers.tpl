{{- /* The chart's name, as label. Labels end at 63 characters. */}}
{{- define "presync-app.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* The name of the release's objects. It ends at 52 characters: a Job's name may have 63, and "-migrate" or another ending follows. */}}
{{- define "presync-app.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* The name of the migration's own objects. */}}
{{- define "presync-app.migrationName" -}}
{{- printf "%s-migrate" (include "presync-app.fullname" .) }}
{{- end }}

{{- /* The name of the pull Secret that the chart makes. */}}
{{- define "presync-app.registrySecretName" -}}
{{- printf "%s-registry" (include "presync-app.fullname" .) }}
{{- end }}

{{- /* The name of the application's Secret, whoever makes it; nothing if there is none. */}}
{{- define "presync-app.secretName" -}}
{{- if .Values.secret.existingSecret }}
{{- .Values.secret.existingSecret }}
{{- else if or .Values.externalSecret.enabled (include "presync-app.makesSecret" .) }}
{{- include "presync-app.fullname" . }}
{{- end }}
{{- end }}

{{- /* Not empty if the chart makes the application's Secret itself. */}}
{{- define "presync-app.makesSecret" -}}
{{- if or .Values.secret.values .Values.secret.generate }}true{{ end }}
{{- end }}

{{- /* The name of the application's ServiceAccount. */}}
{{- define "presync-app.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "presync-app.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- /* The labels that Services and policies select pods by. Takes context and component. */}}
{{- define "presync-app.selectorLabels" -}}
app.kubernetes.io/name: {{ include "presync-app.name" .context }}
app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- /* The labels of an object. Takes context and component. The standard ones win over `commonLabels`. */}}
{{- define "presync-app.labels" -}}
{{- $labels := include "presync-app.selectorLabels" . | fromYaml }}
{{- $_ := set $labels "app.kubernetes.io/version" .context.Chart.AppVersion }}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .context.Release.Service }}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") }}
{{- merge $labels .context.Values.commonLabels | toYaml }}
{{- end }}

{{- /* A map as lines with quoted values. Annotations and environment have to be texts, and their names too: `on` or `1` would be none. */}}
{{- define "presync-app.texts" -}}
{{- $lines := list }}
{{- range $key, $value := . }}
{{- $isNoText := regexMatch "(?i)^([-+.0-9][-+._0-9a-fox]*|\\.inf|\\.nan|y|n|yes|no|on|off|true|false|null)$" $key }}
{{- $lines = append $lines (printf "%s: %s" (ternary ($key | quote) $key $isNoText) ($value | quote)) }}
{{- end }}
{{- join "\n" $lines }}
{{- end }}
