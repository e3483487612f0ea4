{{- /* Parts of pods. */}}

{{- /* The reference of an image. Takes context and image (a block of values); without a tag it is the application's version. */}}
{{- define "presync-app.image" -}}
{{- if .image.digest }}
{{- printf "%s@%s" .image.repository .image.digest }}
{{- else }}
{{- printf "%s:%s" .image.repository (.image.tag | default .context.Chart.AppVersion) }}
{{- end }}
{{- end }}

{{- /* Where all pods may run, and who they are. Takes context, securityContext (keys that differ), and registrySecret (the name of the chart's pull Secret). */}}
{{- define "presync-app.podSettings" -}}
securityContext:
  {{- mergeOverwrite (deepCopy .context.Values.podSecurityContext) .securityContext | toYaml | nindent 2 }}
{{- if or .context.Values.imagePullSecrets .context.Values.imageCredentials.create }}
imagePullSecrets:
  {{- range .context.Values.imagePullSecrets }}
  - name: {{ . | quote }}
  {{- end }}
  {{- if .context.Values.imageCredentials.create }}
  - name: {{ .registrySecret }}
  {{- end }}
{{- end }}
{{- with .context.Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .context.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .context.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* Command and environment of a container. Takes command, args, env, envFrom, and the names configMap and secret, each possibly empty. */}}
{{- define "presync-app.containerInput" -}}
{{- $envFrom := list }}
{{- with .configMap }}
{{- $envFrom = append $envFrom (dict "configMapRef" (dict "name" .)) }}
{{- end }}
{{- with .secret }}
{{- $envFrom = append $envFrom (dict "secretRef" (dict "name" .)) }}
{{- end }}
{{- $lines := list }}
{{- range $key, $list := dict "command" .command "args" .args "env" .env "envFrom" (concat $envFrom .envFrom) }}
{{- with $list }}
{{- $lines = append $lines (printf "%s:\n%s" $key (toYaml . | indent 2)) }}
{{- end }}
{{- end }}
{{- join "\n" $lines }}
{{- end }}

{{- /* The ways out of a pod: name resolution, and the given list of rules. */}}
{{- define "presync-app.egress" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- with . }}
{{ toYaml . }}
{{- end }}
{{- end }}
