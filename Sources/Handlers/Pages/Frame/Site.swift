/// What all pages need to know of the installation.
public struct Site: Sendable {
    /// The name in titles and on social cards.
    public let name: String
    /// Scheme and host without a slash at the end, for canonical links.
    public let url: String
    /// Where the static files are.
    public let assets: Assets
    /// What the operator has put in place of the shipped looks.
    public let brand: Brand
    /// What the operator decided that pages name.
    public let operation: Operation
    /// The providers by which one can sign in, in the order of their buttons.
    public let choices: [SignInChoice]
    /// Whether the site sends mail, and so can send sign-in links.
    public let isMailOn: Bool

    /// How the operator's tool is started on this machine.
    public let operatorCommand: String

    /// Gathers the settings that pages use.
    public init(
        name: String, url: String, assets: Assets, choices: [SignInChoice] = [], isMailOn: Bool = false,
        operatorCommand: String = "dailies", operation: Operation = Operation(),
        brand: Brand = Brand()
    ) {
        self.brand = brand
        self.operatorCommand = operatorCommand
        self.choices = choices
        self.isMailOn = isMailOn
        self.name = name
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.assets = assets
        self.operation = operation
    }

    /// The full address of a path or of something that is a full address already.
    func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? url + path : path
    }
}

/// What pages say of the operator, and the numbers that the operator has set.
public struct Operation: Sendable {
    /// Who runs it; empty when the operator has not said.
    public let name: String
    /// Where they are reached by post, line by line.
    public let address: [String]
    /// Where they are reached by e-mail; empty when the operator has not said.
    public let email: String
    /// How old members say that they are, in years.
    public let minimumAge: Int
    /// How many days a session lasts after its last use.
    public let sessionDays: Int
    /// How many votes a voter has on one UTC day.
    public let dailyVotes: Int

    /// An operation; by default one without any facts.
    public init(
        name: String = "", address: [String] = [], email: String = "", minimumAge: Int = 16, sessionDays: Int = 30,
        dailyVotes: Int = 200
    ) {
        self.name = name
        self.address = address
        self.email = email
        self.minimumAge = minimumAge
        self.sessionDays = sessionDays
        self.dailyVotes = dailyVotes
    }
}
