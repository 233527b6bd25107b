{{- define "cas-operator.name" -}}
{{- if contains "cas-operator" .Release.Name }}{{ .Release.Name | trunc 53 | trimSuffix "-" }}{{ else }}{{ printf "%s-cas-operator" .Release.Name | trunc 53 | trimSuffix "-" }}{{ end }}
{{- end }}
{{- define "cas-operator.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "cas-operator.name" .) }}
{{- end }}
{{- define "cas-operator.selector" -}}
app.kubernetes.io/name: cas-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "cas-operator.labels" -}}
{{ include "cas-operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}
{{- define "cas-operator.rules" -}}
- apiGroups: [caspool.io]
  resources: [casclusters, casservices]
  verbs: [get, list, watch]
- apiGroups: [caspool.io]
  resources: [casclusters/status, casservices/status]
  verbs: [get, patch, update]
- apiGroups: [caspool.io]
  resources: [casclusters/finalizers]
  verbs: [update]
- apiGroups: [""]
  resources: [services, serviceaccounts]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, patch]
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [namespaces]
  verbs: [get]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, delete]
- apiGroups: [""]
  resources: [pods/status]
  verbs: [patch]
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, list, watch, create, patch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [ingresses, networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
