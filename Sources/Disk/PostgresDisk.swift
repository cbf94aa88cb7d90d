internal import Platform

/// Where a Postgres server of this machine keeps its data.
public enum PostgresDisk {
    /// A directory on that disk: where Debian puts clusters; nil when there is none.
    public static func directory(_ given: String? = nil) -> String? {
        [given, "/var/lib/postgresql"].compactMap(\.self).first(where: Files.exists)
    }
}
