"""Is it what the inputs give? Builds whole bundles again, and trees that others published."""

from merkle.audit.bundles import audit_bundle
from merkle.audit.checks import Audit, Check
from merkle.audit.published import Terms, audit_published
from merkle.audit.rebuilding import Effort

__all__ = ["Audit", "Check", "Effort", "Terms", "audit_bundle", "audit_published"]
