internal import Postgres

/// A service that runs models.
public struct Provider: Sendable, Hashable {
    /// What programs call it.
    public let name: String
    /// What people call it.
    public let displayName: String
    /// The setting that holds its key; nil when it needs none.
    public let keySetting: String?
    /// Whether it runs models. Otherwise videos are uploaded and their costs are entered by hand.
    public let isAutomatic: Bool

    /// Whether a worker is set up here, of the provider that this site's own workers are; true for every other one.
    public let isSetUp: Bool

    static let columns: SQL = """
        providers.name as provider, providers.display_name as provider_name, providers.api_key_setting,
            providers.is_automatic, providers.name <> 'worker' or has_worker() as is_set_up
        """

    init(row: Row) throws(DatabaseError) {
        name = try row.value("provider")
        displayName = try row.value("provider_name")
        keySetting = try row.value("api_key_setting")
        isAutomatic = try row.value("is_automatic")
        isSetUp = try row.value("is_set_up")
    }
}

/// Which providers this site has credentials for.
public struct ProviderCredentials: Sendable {
    private let settings: Set<String>

    /// Credentials in the settings of these names.
    public init(settings: Set<String>) {
        self.settings = settings
    }

    /// Why a provider cannot run anything at the moment; nil when it can.
    public func obstacle(_ provider: Provider) -> String? {
        if !provider.isAutomatic { return "Videos of this model are added by hand." }
        if !provider.isSetUp { return "\(provider.displayName): this site has no worker yet." }
        guard let setting = provider.keySetting, !settings.contains(setting) else { return nil }
        return "\(provider.displayName) is not set up here: the setting \(setting) is missing."
    }
}
