(function () {
  "use strict";
  var lifts = Array.prototype.slice.call(document.querySelectorAll(".lift"));
  var card = document.querySelector(".card"), say = document.getElementById("say");
  var chosen = null, again = false;

  document.documentElement.classList.add("js");

  function element(name, text, className) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  // The numbers of a lift beside it; with its picture once it is chosen.
  function show(lift, withPicture) {
    lifts.forEach(function (other) { other.classList.toggle("on", other === lift); });
    card.textContent = "";
    card.hidden = !lift;
    if (!lift) return;
    var text = element("div", "", "text"), title = element("b", "", "title");
    title.appendChild(element("i", "", "shape " + lift.dataset.side));
    title.appendChild(document.createTextNode(lift.dataset.title));
    text.appendChild(title);
    text.appendChild(element("span", lift.dataset.height, "height"));
    lift.dataset.more.split("\n").forEach(function (line) { text.appendChild(element("span", line)); });
    card.appendChild(text);
    var picture = withPicture && document.querySelector('[data-lift="' + lift.id + '"] .picture');
    if (picture) card.appendChild(picture.cloneNode(true));
    place(lift);
  }

  // Right of the lift, left of it where there is no room.
  function place(lift) {
    var chart = card.parentNode.getBoundingClientRect(), hit = lift.querySelector(".hit").getBoundingClientRect();
    var left = hit.right - chart.left + 10, most = chart.width - card.offsetWidth;
    if (left > most) left = hit.left - chart.left - 10 - card.offsetWidth;
    card.style.left = Math.max(0, Math.min(left, most)) + "px";
  }

  function choose(lift, aloud) {
    chosen = lift;
    lifts.forEach(function (other) { other.setAttribute("tabindex", other === (lift || lifts[0]) ? "0" : "-1"); });
    show(lift, true);
    if (aloud) say.textContent = lift ? lift.getAttribute("aria-label") : "";
  }

  function step(by, side) {
    var all = side ? lifts.filter(function (lift) { return lift.dataset.side === side; }) : lifts;
    var at = all.indexOf(chosen);
    return all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + by))];
  }

  var KEYS = {
    ArrowRight: function () { return step(1); },
    ArrowLeft: function () { return step(-1); },
    ArrowDown: function () { return step(1, chosen && chosen.dataset.side); },
    ArrowUp: function () { return step(-1, chosen && chosen.dataset.side); },
    Home: function () { return lifts[0]; },
    End: function () { return lifts[lifts.length - 1]; }
  };

  lifts.forEach(function (lift, i) {
    // The card says what the tooltip said.
    lift.removeChild(lift.querySelector("title"));
    lift.setAttribute("role", "button");
    lift.setAttribute("tabindex", i ? "-1" : "0");
    lift.addEventListener("pointerenter", function () { show(lift, lift === chosen); });
    lift.addEventListener("pointerleave", function () { show(chosen, true); });
    lift.addEventListener("focus", function () { choose(lift); });
    // A second tap puts the card away.
    lift.addEventListener("pointerdown", function () { again = lift === chosen; });
    lift.addEventListener("click", function () { choose(again ? null : lift, true); again = false; });
    lift.addEventListener("keydown", function (event) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); return choose(lift, true); }
      if (!KEYS[event.key]) return;
      event.preventDefault();
      KEYS[event.key]().focus();
    });
  });

  document.querySelectorAll("[data-step]").forEach(function (button) {
    button.addEventListener("click", function () { choose(step(Number(button.dataset.step)), true); });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && chosen) choose(null);
  });

  // A link to a lift, from a picture or from the table.
  function follow() {
    var lift = document.getElementById(location.hash.slice(1));
    if (!lift || lifts.indexOf(lift) < 0) return;
    lift.focus({ preventScroll: true });
    choose(lift);
    document.getElementById("marches").scrollIntoView({ block: "center" });
  }
  window.addEventListener("hashchange", follow);
  window.addEventListener("resize", function () { if (chosen) place(chosen); });

  function key(row, column) {
    var text = row.cells[column].dataset.v;
    return text === "" ? null : Number(text);
  }

  // By the numbers beside the words; what is not known stands last either way.
  function sort(header) {
    var down = header.getAttribute("aria-sort") === "ascending", column = header.cellIndex;
    var body = header.closest("table").tBodies[0], rows = Array.prototype.slice.call(body.rows);
    rows.sort(function (a, b) {
      var x = key(a, column), y = key(b, column);
      if (x === null || y === null) return (x === null) - (y === null);
      return down ? y - x : x - y;
    });
    rows.forEach(function (row) { body.appendChild(row); });
    header.parentNode.querySelectorAll("th").forEach(function (other) { other.removeAttribute("aria-sort"); });
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    say.textContent = "Sorted by " + header.textContent + (down ? ", downwards." : ", upwards.");
  }

  document.querySelectorAll("#lifts th button").forEach(function (button) {
    button.addEventListener("click", function () { sort(button.closest("th")); });
  });

  var more = document.getElementById("more");
  if (more) {
    var words = more.textContent;
    more.setAttribute("aria-expanded", "false");
    more.addEventListener("click", function () {
      var all = document.getElementById("lifts").classList.toggle("all");
      more.setAttribute("aria-expanded", String(all));
      more.textContent = all ? "Show fewer" : words;
    });
  }

  document.getElementById("print").addEventListener("click", function () { window.print(); });
  follow();
})();
