internal import CSystemd

/// What systemd is told about this process; nothing happens when no service manager listens.
public enum ServiceManager {
    /// The service answers requests now.
    public static func ready() { notify("READY=1") }

    /// The configuration is being read again; `ready()` follows.
    public static func reloading() { notify("RELOADING=1") }

    /// The service is about to end.
    public static func stopping() { notify("STOPPING=1") }

    /// The service makes progress.
    public static func watchdog() { notify("WATCHDOG=1") }

    /// One line of text for `systemctl status`.
    public static func status(_ text: String) {
        notify("STATUS=" + text.split(whereSeparator: \.isNewline).joined(separator: " "))
    }

    /// The longest time that systemd waits for a report of progress; nil without a watchdog. Report twice as often.
    public static var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    private static func notify(_ state: String) {
        _ = sd_notify(0, state)
    }
}
