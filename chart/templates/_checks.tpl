{{- /* Stops where values do not go together, with all that is wrong. What a single value may be is in values.schema.json. */}}
{{- define "presync-app.checks" -}}
{{- $faults := list }}
{{- $makesSecret := include "presync-app.makesSecret" . }}
{{- if or (and .Values.secret.existingSecret $makesSecret) (and .Values.secret.existingSecret .Values.externalSecret.enabled) (and $makesSecret .Values.externalSecret.enabled) }}
{{- $faults = append $faults "Choose one: secret.existingSecret, secret.values with secret.generate, or externalSecret." }}
{{- end }}
{{- if and .Values.secret.generate (eq .Values.presync.mode "argocd") }}
{{- $faults = append $faults "secret.generate needs Helm: Argo CD would get a new value at each rendering. Use secret.values, secret.existingSecret or externalSecret." }}
{{- end }}
{{- if .Values.externalSecret.enabled }}
{{- if not .Values.externalSecret.storeName }}
{{- $faults = append $faults "externalSecret.storeName is missing." }}
{{- end }}
{{- if not (or .Values.externalSecret.data .Values.externalSecret.dataFrom) }}
{{- $faults = append $faults "externalSecret.data and externalSecret.dataFrom are both empty." }}
{{- end }}
{{- range .Values.externalSecret.dataFrom }}
{{- if dig "sourceRef" "generatorRef" "" . }}
{{- $faults = append $faults "externalSecret.dataFrom has a generatorRef: the application and the migration would get different values." }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.imageCredentials.create (not (and .Values.imageCredentials.registry .Values.imageCredentials.username .Values.imageCredentials.password)) }}
{{- $faults = append $faults "imageCredentials needs registry, username and password." }}
{{- end }}
{{- if and .Values.rbac.create (not .Values.rbac.rules) }}
{{- $faults = append $faults "rbac.rules is empty." }}
{{- end }}
{{- if and .Values.rbac.create (eq (include "presync-app.serviceAccountName" .) "default") }}
{{- $faults = append $faults "rbac.create would give its rights to every pod of the namespace: make or name a serviceAccount." }}
{{- end }}
{{- if .Values.presync.enabled }}
{{- if .Values.presync.serviceAccount.shared }}
{{- if .Values.presync.rbac.create }}
{{- $faults = append $faults "presync.rbac.create is for the migration's own ServiceAccount: with presync.serviceAccount.shared give the rights in rbac.rules." }}
{{- end }}
{{- if and .Values.rbac.create (not .Values.serviceAccount.create) }}
{{- $faults = append $faults "presync.serviceAccount.shared: the rights in rbac.rules come after the migration, unless the chart makes the serviceAccount too." }}
{{- end }}
{{- if .Values.serviceAccount.create }}
{{- range $key, $_ := .Values.serviceAccount.annotations }}
{{- if or (has $key (list "eks.amazonaws.com/role-arn" "iam.gke.io/gcp-service-account")) (hasPrefix "azure.workload.identity/" $key) }}
{{- $faults = append $faults (printf "presync.serviceAccount.shared: the cloud knows the ServiceAccount with %s by its name, so a copy has no rights. Give the migration its own in presync.serviceAccount.annotations." $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- else if and .Values.presync.serviceAccount.create .Values.serviceAccount.create (eq (include "presync-app.migrationServiceAccountName" .) (include "presync-app.serviceAccountName" .)) }}
{{- $faults = append $faults "presync.serviceAccount.name is the application's: choose another, or set presync.serviceAccount.shared." }}
{{- end }}
{{- if .Values.presync.rbac.create }}
{{- if not .Values.presync.rbac.rules }}
{{- $faults = append $faults "presync.rbac.rules is empty." }}
{{- end }}
{{- if eq (include "presync-app.migrationServiceAccountName" .) "default" }}
{{- $faults = append $faults "presync.rbac.create would give its rights to every pod of the namespace: make or name a presync.serviceAccount." }}
{{- end }}
{{- end }}
{{- end }}
{{- with $faults }}
{{- printf "these values do not go together:\n- %s" (join "\n- " .) | fail }}
{{- end }}
{{- end }}
