// A published video's page: the player loads the size that fits.

import "./site.js";
import { chooseSizes } from "./core/sizes.js";

chooseSizes();
