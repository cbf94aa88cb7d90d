package import Configuration
internal import Text

/// How a `dailies-host` process serves. They are declared here, since all programs check the file that they share, and
/// a program that links the host would link its web server too.
package struct HostSettings: SettingGroup {
    package static let title = "Hosts"

    package let socket = Setting(
        optional: "HOST_SOCKET", .path,
        "Where a host listens when it does not inherit a socket as standard input.")
    package let threads = Setting(
        "HOST_THREADS", default: 96, in: 1...4_096, unit: "threads",
        "How many requests that wait for the database or a file a host runs at once.")
    package let stopSeconds = Setting(
        "HOST_STOP_SECONDS", default: 10, in: 1...3_600, unit: "seconds",
        "How long a host that is stopping waits for the requests it has read; below the unit's TimeoutStopSec.")
    package let webDirectory = Setting(
        "WEB_DIR", default: "/usr/share/dailies/web", .directory, "The static files of the pages.")
    package let versionDirectory = Setting(
        "VERSION_DIR", default: "/run/dailies/version", .directory,
        "The directory of the symbolic link whose target is part of nginx's cache key.")
    package let operatorCommand = Setting(
        "OPERATOR_COMMAND", default: "dailies", .text,
        "How the operator's tool is started on this machine, for the commands that pages show.")
    package let slowMilliseconds = Setting(
        "SLOW_REQUEST_MILLISECONDS", default: 1_000, in: 1...600_000, unit: "milliseconds",
        "A request that takes longer is logged as slow, with its route and what it asked of the database.")
    package let statusSocket = Setting(
        optional: "STATUS_SOCKET", .path,
        "Where this process tells how it is, on a thread of its own: /livez, /status and /metrics. The units set it.")
    package let statusDirectory = Setting(
        "STATUS_DIR", default: "/run/dailies/status", .directory,
        "The directory of those sockets, where `dailies status` and `dailies log-level` look for the processes.")
    package let nginxDirectory = Setting(
        "NGINX_DIR", default: "/etc/dailies/nginx", .directory,
        "Where nginx's files of the site are, for `dailies doctor`.")
    package let corsOrigins = Setting(
        "CORS_ORIGINS", default: "", .list(.origin, "origins, comma-separated"),
        "Other sites whose pages may read the API from a browser, with an API key and never with cookies.")

    package init() {}
}

extension Settings {
    /// How a `dailies-host` process serves.
    package var host: SettingValues<HostSettings> { self[HostSettings.self] }
}
