// Without this the page works too: here Escape closes what a cell opened, a link to a finding unfolds it, and the
// keyboard follows.
const opened = () => document.querySelector(".drawer:target");
const follow = () => {
  const target = document.querySelector(":target");
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  (opened() ?? document.querySelector("a:target") ?? target?.querySelector("summary"))?.focus();
};
addEventListener("keydown", (event) => {
  if (event.key === "Escape") opened()?.querySelector(".close").click();
});
addEventListener("hashchange", follow);
