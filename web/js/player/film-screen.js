// The picture of an assembled film: one video.

import { savesData } from "../core/network.js";
import { setCaptions } from "./captions.js";

/**
 * @typedef {object} ScreenListeners
 * @property {(seconds: number) => void} onTime
 * @property {() => void} onState it plays or pauses
 * @property {() => void} onSound the browser has refused sound, or has it again
 * @property {() => void} onEnd
 * @property {(words: string, canSkip: boolean) => void} onFault without words the fault is over
 */

/**
 * @typedef {object} Screen what shows a film, however it is stored
 * @property {number} position in seconds from the film's start
 * @property {boolean} isPaused
 * @property {boolean} isSilenced whether it plays without sound although sound is chosen
 * @property {() => void} play
 * @property {() => void} pause
 * @property {(seconds: number) => void} seek
 * @property {(rate: number) => void} setRate
 * @property {(volume: number, isMuted: boolean) => void} setVolume
 * @property {(isOn: boolean) => void} setCaptions
 * @property {() => void} drop lets go of what was loaded
 */

const narrow = matchMedia("(width < 48rem)");

/** @implements {Screen} */
export class FilmScreen {
  isSilenced = false;
  #video;
  #captions;
  /** Where to begin once the video knows its length. */
  #start = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {NonNullable<import("./film.js").Film["file"]>} file
   * @param {number} start
   * @param {ScreenListeners} listeners
   */
  constructor(video, file, start, listeners) {
    this.#video = video;
    this.#start = start;
    this.#captions = file.captionsUrl ?? "";
    // A stream has smaller pictures, which are enough for a small screen or a slow line.
    const streams = video.canPlayType("application/vnd.apple.mpegurl") !== "" && (narrow.matches || savesData());
    this.#open(streams ? file.streamUrl : file.videoUrl);
    const begin = () => {
      if (this.#start > 0) video.currentTime = this.#start;
      this.#start = 0;
    };
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) begin();
    video.addEventListener("loadedmetadata", begin);
    for (const name of ["timeupdate", "seeked"]) video.addEventListener(name, () => listeners.onTime(this.position));
    for (const name of ["play", "pause"]) video.addEventListener(name, listeners.onState);
    video.addEventListener("ended", listeners.onEnd);
    video.addEventListener("error", () => {
      if (video.currentSrc.endsWith(".m3u8")) {
        this.#start = this.position;
        this.#open(file.videoUrl);
      } else {
        video.pause();
        listeners.onFault("The film cannot be played. Check your connection and try again.", false);
      }
    });
  }

  /** @param {string} url */
  #open(url) {
    if (new URL(this.#video.src, location.href).pathname === new URL(url, location.href).pathname) return;
    this.#video.src = url;
  }

  get position() {
    return this.#start || this.#video.currentTime;
  }

  get isPaused() {
    return this.#video.paused;
  }

  play() {
    this.#video.play().catch(() => this.pause());
  }

  pause() {
    this.#video.pause();
  }

  /** @param {number} seconds */
  seek(seconds) {
    if (this.#video.readyState === HTMLMediaElement.HAVE_NOTHING) this.#start = seconds;
    else this.#video.currentTime = seconds;
  }

  /** @param {number} rate */
  setRate(rate) {
    this.#video.defaultPlaybackRate = rate;
    this.#video.playbackRate = rate;
  }

  /**
   * @param {number} volume
   * @param {boolean} isMuted
   */
  setVolume(volume, isMuted) {
    this.#video.volume = volume;
    this.#video.muted = isMuted;
  }

  /** @param {boolean} isOn */
  setCaptions(isOn) {
    setCaptions(this.#video, this.#captions, isOn);
  }

  drop() {
    this.#video.removeAttribute("src");
    this.#video.load();
  }
}
