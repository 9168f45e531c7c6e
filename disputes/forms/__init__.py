"""What people type about disputes, one module a subject."""
