"""A generated release: applications of five objects each, where every tenth has a PreSync migration."""

import base64
from pathlib import Path

SECRET_KEYS = 48
CONFIG_LINES = 48
VARIABLES = 24

HOOK = """\
  annotations:
    argocd.argoproj.io/hook: PreSync
    argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
"""

VARIABLE = """\
            - name: SETTING_{number:02}
              value: "{value}"
"""

TEMPLATES = {
    "serviceaccount": """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {app}
  labels:
    app.kubernetes.io/name: {app}
""",
    "secret": """\
apiVersion: v1
kind: Secret
metadata:
  name: {app}
  labels:
    app.kubernetes.io/name: {app}
type: Opaque
data:
{secret_data}""",
    "configmap": """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {app}
  labels:
    app.kubernetes.io/name: {app}
data:
  LOG_LEVEL: info
  settings.yaml: |
{config_data}""",
    "deployment": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {app}
  labels:
    app.kubernetes.io/name: {app}
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: {app}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {app}
    spec:
      serviceAccountName: {app}
      containers:
        - name: app
          image: registry.example/{app}:1.0.0
          env:
{env}          envFrom:
            - secretRef:
                name: {app}
          ports:
            - name: http
              containerPort: 8080
          readinessProbe:
            httpGet:
              path: /ready
              port: http
""",
    "job": """\
apiVersion: batch/v1
kind: Job
metadata:
  name: {app}-job
  labels:
    app.kubernetes.io/name: {app}
{hook}spec:
  backoffLimit: 1
  activeDeadlineSeconds: 300
  template:
    metadata:
      labels:
        app.kubernetes.io/component: job
    spec:
      restartPolicy: Never
      containers:
        - name: job
          image: registry.example/{app}:1.0.0
          args: [migrate]
          env:
{env}          envFrom:
            - secretRef:
                name: {app}
""",
}


def value(app: str, number: int) -> str:
    return base64.b64encode(f"{app} {number} ".encode() * 6).decode()


def parts(number: int) -> dict[str, str]:
    app = f"app-{number:04}"
    variables = (VARIABLE.format(number=n, value=value(app, n)[:40]) for n in range(VARIABLES))
    return {
        "app": app,
        "hook": HOOK if number % 10 == 0 else "",
        "env": "".join(variables),
        "secret_data": "".join(f"  setting-{n:02}: {value(app, n)}\n" for n in range(SECRET_KEYS)),
        "config_data": "".join(f"    line-{n:02}: {value(app, n)}\n" for n in range(CONFIG_LINES)),
    }


def write(file: Path, applications: int) -> None:
    """Kind by kind, as Helm prints a release."""
    with file.open("w") as out:
        for kind, template in TEMPLATES.items():
            for number in range(applications):
                out.write(f"---\n# Source: generated/templates/{kind}.yaml\n")
                out.write(template.format(**parts(number)))
