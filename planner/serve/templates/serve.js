"use strict";

// Plans: comparing takes two.
const plans = document.getElementById("plans");
if (plans) {
  const button = plans.querySelector("button");
  const count = () => { button.disabled = plans.querySelectorAll("input:checked").length < 2; };
  plans.addEventListener("change", count);
  addEventListener("pageshow", count);
  count();
}

// A solve that runs: its lines as they come; the page is asked for again when it has ended.
if (document.getElementById("live")) {
  const log = document.getElementById("log");
  const events = new EventSource("/solve/events");
  events.addEventListener("open", () => { if (!events.seen) log.replaceChildren(); });
  events.addEventListener("message", (event) => {
    events.seen = true;
    const line = document.createElement("li");
    line.textContent = event.data;
    log.append(line);
    log.scrollTop = log.scrollHeight;
    document.getElementById("latest").textContent = event.data;
  });
  events.addEventListener("time", (event) => { document.getElementById("time").textContent = event.data; });
  events.addEventListener("end", () => { events.close(); location.reload(); });
}
