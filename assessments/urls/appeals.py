"""The preview before publication, and appeals."""

from django.urls import path

from assessments.views import appeals

urlpatterns = [
    path("appeals/", appeals.appeal_list, name="appeal-list"),
    path("appeals/<int:pk>/", appeals.appeal_detail, name="appeal-detail"),
    path("appeals/<int:pk>/decide", appeals.appeal_decide, name="appeal-decide"),
    path("appeals/<int:pk>/withdraw", appeals.appeal_withdraw, name="appeal-withdraw"),
    path("scorecards/<int:pk>/appeal/<str:code>", appeals.appeal_create, name="appeal-create"),
]
