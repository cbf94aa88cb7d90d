// A finished film.

import "./site.js";
import "./player/film-player.js";
