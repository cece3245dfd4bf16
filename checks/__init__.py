"""The built-in checks: one package per AWS service, and the frameworks they are scored against."""
