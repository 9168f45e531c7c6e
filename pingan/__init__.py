"""平安创建: project package and shared kernel (units, users, months, audit, jobs)."""
