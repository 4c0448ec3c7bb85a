// Without this the page works too: here Escape closes what a cell opened, and the keyboard follows.
const opened = () => document.querySelector(".drawer:target");
addEventListener("keydown", (event) => {
  if (event.key === "Escape") opened()?.querySelector(".close").click();
});
addEventListener("hashchange", () => (opened() ?? document.querySelector("a:target"))?.focus());
