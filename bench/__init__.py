"""Benchmarks. Importing the package sets Django up for the database of DATABASE_URL."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingan.settings")
django.setup()
