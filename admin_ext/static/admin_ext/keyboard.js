// What the theme opens by the mouse alone opens by the keyboard, too: the filters, the menu of a row, and its dialogs.
{
  const OPENERS = ".filter-open-button, [x-ref^='rowDropdown']";
  const actionsOf = (opener) => opener.nextElementSibling?.content?.querySelectorAll("nav a span.grow") ?? [];
  const menu = () => [...document.querySelectorAll("body > nav")].find((nav) => nav.offsetParent && nav.querySelector("a span.grow"));
  let openedBy = null;

  const name = () => document.querySelectorAll(OPENERS).forEach((opener) => {
    opener.tabIndex = 0;
    opener.role = "button";
    opener.ariaHasPopup = "true";
    const names = [...actionsOf(opener)].map((action) => action.textContent.trim());
    if (names.length) opener.ariaLabel = names.join(", ");
  });

  document.addEventListener("DOMContentLoaded", name);
  if (document.readyState !== "loading") name();

  document.addEventListener("keydown", (event) => {
    const opener = event.target.closest?.(OPENERS);
    if (opener && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      openedBy = opener;
      opener.click();
      const inside = "#changelist-filter :is(input:not([type=hidden]), select, button, a[href])";
      setTimeout(() => (actionsOf(opener).length ? menu()?.querySelector("a") : document.querySelector(inside))?.focus(), 150);
    } else if (event.key === "Escape" && openedBy?.isConnected) {
      if (menu()) openedBy.click();
      openedBy.focus();
      openedBy = null;
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.target.querySelector?.("#dialog:not([role])");
    if (!dialog) return;
    dialog.role = "dialog";
    dialog.ariaModal = "true";
    dialog.ariaLabel = dialog.querySelector("h1, h2, h3")?.textContent.trim() ?? "";
  });
}
