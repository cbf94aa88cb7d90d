// The models, which members can save.

import "./site.js";
import { startFavorites } from "./arena/favorites.js";

startFavorites();
