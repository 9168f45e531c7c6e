"""What the documents of the assessment say, as plain values; one module a subject."""
