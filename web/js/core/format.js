// How numbers and times are written.

const whole = new Intl.NumberFormat("en-US");

/**
 * `1,317`
 * @param {number} number
 */
export function count(number) {
  return whole.format(number);
}

/**
 * In the narrow column beside a picture: `12.5K` from ten thousand on.
 * @param {number} number
 */
export function shortCount(number) {
  return number < 10_000 ? count(number) : `${(Math.floor(number / 100) / 10).toFixed(1).replace(/\.0$/, "")}K`;
}

/**
 * `1 take`, `14 takes`
 * @param {number} number
 * @param {string} one
 * @param {string} many
 */
export function counted(number, one, many) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/**
 * A position in a film: `3:56`
 * @param {number} seconds
 */
export function clock(seconds) {
  const total = Math.max(0, Math.floor(seconds));
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
}

/**
 * What is left of a round: `05:41:12`, and `0:42` in the last minute.
 * @param {number} milliseconds
 */
export function remaining(milliseconds) {
  const total = Math.max(0, Math.ceil(milliseconds / 1000));
  if (total < 60) return `0:${String(total).padStart(2, "0")}`;
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/**
 * How long something waits: `22 min`, `2 h 10 min`, `3 d 4 h`
 * @param {number} milliseconds
 */
export function waiting(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * A size in megabytes: `21.4 MB`
 * @param {number} bytes
 */
export function megabytes(bytes) {
  const size = bytes / 1_000_000;
  return `${size < 0.1 ? "0.1" : size.toFixed(1)} MB`;
}

/**
 * `18:00 UTC`
 * @param {Date} date
 */
export function utcTime(date) {
  return `${date.toISOString().slice(11, 16)} UTC`;
}
