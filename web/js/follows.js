// Whom one follows, and who follows one: the buttons, and further pages.

import "./site.js";
import { startFollows } from "./core/follow.js";
import { startMore } from "./core/more-takes.js";

startFollows();
startMore({ one: "member", many: "members", added: () => startFollows() });
