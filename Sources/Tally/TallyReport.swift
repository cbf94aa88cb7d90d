/// A document of a chain as it was found, with its stated hash.
public struct TallyEntry: Sendable {
    /// What it says.
    public let document: TallyDocument
    /// The hash of its bytes, in hexadecimal.
    public let computedHash: String
    /// The hash that the chain states for it.
    public let statedHash: String

    /// An entry. `computedHash` is the SHA-256 of the document written as RFC 8785 asks.
    public init(document: TallyDocument, computedHash: String, statedHash: String) {
        self.document = document
        self.computedHash = computedHash
        self.statedHash = statedHash
    }
}

/// Something that does not add up.
public struct TallyFault: Equatable, Sendable {
    /// The slot; nil when it concerns the chain as a whole.
    public let slot: Int?
    /// What programs tell it by.
    public let code: String
    /// What people read.
    public let message: String
}

/// What a check of exports found.
public struct TallyReport: Sendable {
    /// What was checked of a slot.
    public struct Round: Sendable {
        /// The slot.
        public let slot: Int
        /// The clip that the votes chose, by its id.
        public let winner: String?
        /// How many votes the export holds, voided ones included.
        public let votes: Int
        /// How many documents corrected it.
        public let corrections: Int
    }

    /// Whether everything adds up.
    public let isSound: Bool
    /// How many documents were read.
    public let documents: Int
    /// The rounds, by slot.
    public let rounds: [Round]
    /// What does not add up.
    public let faults: [TallyFault]
}
