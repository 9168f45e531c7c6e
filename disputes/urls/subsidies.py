"""Per-case subsidies."""

from django.urls import path

from disputes.views import subsidies

urlpatterns = [
    path("subsidies/", subsidies.index, name="subsidy-list"),
    path("subsidies/claim/", subsidies.claim, name="subsidy-claim"),
    path("subsidies/decide/", subsidies.decide, name="subsidy-decide"),
    path("subsidies/pay/", subsidies.pay, name="subsidy-pay"),
    path("subsidies/sums/", subsidies.sums, name="subsidy-sums"),
    path("subsidies/download", subsidies.download, name="subsidy-download"),
    path("subsidies/print/", subsidies.sign, name="subsidy-print"),
]
