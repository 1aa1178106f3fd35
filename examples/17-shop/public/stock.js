// Shows what is left of each tea, as soon as somebody orders.

// A name of the page, so that a test can wait until it is open.
const socket = window.socket = new WebSocket(new URL("/stock", location).href.replace(/^http/, "ws"));
socket.onmessage = ({ data }) => {
  const { tea, stock } = JSON.parse(data);
  for (const shown of document.querySelectorAll(`[data-tea="${tea}"] .stock`)) {
    shown.textContent = stock;
    shown.classList.add("changed");
  }
};
