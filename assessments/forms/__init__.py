"""What people type on the pages of the assessment, one module a subject."""
