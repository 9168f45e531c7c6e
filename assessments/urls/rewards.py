"""Rewards, rewards for information, tenures and archives."""

from django.urls import path

from assessments.views import archives, information_rewards, reward_proposals, rewards, tenures

urlpatterns = [
    path("rewards/", rewards.index, name="reward-list"),
    path("rewards/new/", rewards.create, name="reward-create"),
    path("rewards/proposals/", reward_proposals.show, name="reward-proposals"),
    path("rewards/rewards.xlsx", rewards.download, name="reward-download"),
    path("rewards/<int:pk>/", rewards.detail, name="reward-detail"),
    path("rewards/<int:pk>/edit/", rewards.edit, name="reward-edit"),
    path("rewards/<int:pk>/pay", rewards.pay, name="reward-pay"),
    path("rewards/<int:pk>/cancel", rewards.cancel, name="reward-cancel"),
    path("information-rewards/", information_rewards.index, name="information-list"),
    path("information-rewards/new/", information_rewards.create, name="information-create"),
    path("information-rewards/<int:pk>/", information_rewards.detail, name="information-detail"),
    path(
        "information-rewards/<int:pk>/verify",
        information_rewards.verify,
        name="information-verify",
    ),
    path(
        "information-rewards/<int:pk>/approve",
        information_rewards.approve,
        name="information-approve",
    ),
    path(
        "information-rewards/<int:pk>/refuse",
        information_rewards.refuse,
        name="information-refuse",
    ),
    path("information-rewards/<int:pk>/pay", information_rewards.pay, name="information-pay"),
    path(
        "information-rewards/<int:pk>/reissue",
        information_rewards.reissue,
        name="information-reissue",
    ),
    path(
        "information-rewards/<int:pk>/receipt.pdf",
        information_rewards.receipt,
        name="information-receipt",
    ),
    path("tenures/", tenures.index, name="tenure-list"),
    path("tenures/new/", tenures.create, name="tenure-create"),
    path("tenures/<int:pk>/", tenures.edit, name="tenure-edit"),
    path("tenures/<int:pk>/end", tenures.end, name="tenure-end"),
    path("tenures/<int:pk>/transfer", tenures.transfer, name="tenure-transfer"),
    path("tenures/<int:pk>/remove", tenures.remove, name="tenure-remove"),
    path("archives/", archives.index, name="archive-list"),
    path("archives/archives.xlsx", archives.download, name="archive-download"),
    path("archives/<int:pk>/", archives.detail, name="archive-detail"),
    path("archives/<int:pk>/archive.pdf", archives.printed, name="archive-print"),
]
