package import Configuration
internal import Text

/// How much of the disk must stay free.
package struct DiskSettings: SettingGroup {
    package static let title = "Disk"

    package let reserve = Setting(
        "DISK_RESERVE_MB", default: 1_024, in: 16...1_000_000, unit: "megabytes",
        "What must stay free on the disks of MEDIA_DIR and of Postgres: nothing is taken in and no video begun that would "
            + "use it. Postgres stops when its disk is full.")
    package let postgresDirectory = Setting(
        optional: "POSTGRES_DIR", .directory,
        "The data of a Postgres server on this machine, whose disk is watched. Without it: /var/lib/postgresql, if that "
            + "is there.")

    package init() {}
}

extension Settings {
    /// How much of the disk must stay free.
    package var disk: SettingValues<DiskSettings> { self[DiskSettings.self] }
}
