import init, { popup } from "./pages.js";

await init();
popup();
