// A finished film.

import "./player/film-player.js";
