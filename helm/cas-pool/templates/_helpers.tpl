{{- define "cas-pool.name" -}}
{{ .Values.name | default .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- define "cas-pool.labels" -}}
app.kubernetes.io/part-of: {{ include "cas-pool.name" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}
{{- define "cas-pool.usersSecret" -}}
{{- if .Values.users.existingSecret }}{{ .Values.users.existingSecret }}{{ else if .Values.users.inline }}{{ include "cas-pool.name" . }}-users{{ end }}
{{- end }}
