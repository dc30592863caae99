"""The addresses of the pages about lost times."""

from admin_ext.rebooking.pages import RebookingItemPage, RebookingPage, UndoRebookingPage

urlpatterns = [
    RebookingPage.at("rebooking/<uuid:public_id>/", "rebooking"),
    RebookingItemPage.at("rebooking/<uuid:public_id>/<int:pk>/<str:verb>/", "rebooking_item"),
    UndoRebookingPage.at("rebooking/<uuid:public_id>/undo/<uuid:operation>/", "undo_rebooking"),
]
