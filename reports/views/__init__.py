"""Pages of the reports, one module a page."""

from reports.views import bulletins, colours, dashboard, home, matrix, ranking

__all__ = ["bulletins", "colours", "dashboard", "home", "matrix", "ranking"]
