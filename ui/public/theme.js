// Runs before the first paint, so that a chosen theme never flashes. See ui/theme.ts.
const chosen = localStorage.getItem("fieldline.theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
