// Django's autocomplete boxes carry no name of their own: give each the label of the field it stands for.
{
  const nameOf = (select) => select.labels[0]?.textContent.trim() || select.getAttribute("aria-label") || select.name;

  const name = (select) => {
    const box = select.nextElementSibling;
    for (const part of box.querySelectorAll(".select2-selection--single, .select2-selection__rendered[role]")) {
      const value = box.querySelector(".select2-selection__rendered");
      part.setAttribute("aria-label", `${nameOf(select)} ${value.title}`.trim());
      part.removeAttribute("aria-labelledby");
    }
    box.querySelector(".select2-search__field")?.setAttribute("aria-label", nameOf(select));
  };

  const nameAll = () => document.querySelectorAll("select.select2-hidden-accessible").forEach(name);

  document.addEventListener("formset:added", () => setTimeout(nameAll));
  addEventListener("load", () => {
    const $ = window.django?.jQuery;
    $?.(nameAll); // behind Django's own callbacks in jQuery's queue, so that the boxes are there
    $?.(document).on("select2:select select2:clear", nameAll);
  });
}
