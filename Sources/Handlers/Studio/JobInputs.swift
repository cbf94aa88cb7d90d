internal import FoundationEssentials
public import Generation
public import HTTP

extension Schema {
    fileprivate static let jobIDs = Schema.array(.string(1...36), count: 1...100)
    fileprivate static let jobReferences = "Numbers of jobs and ids of videos."
    fileprivate static let laneName = Schema.string(
        1...63,
        pattern: Pattern(
            "^[a-z0-9][a-z0-9_.-]*$", explanation: "may have lower-case letters, digits, dots, hyphens and underscores"
        ) { text in
            let isPlain = { (byte: UInt8) in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
            return text.utf8.first.map(isPlain) == true
                && text.utf8.allSatisfy { isPlain($0) || "_.-".utf8.contains($0) }
        })
}

struct NameJobsInput: InputShape {
    @Input(.jobIDs, Schema.jobReferences) var ids: [String]
}

struct RedriveJobsInput: InputShape {
    @Input(.jobIDs, "Numbers of jobs and ids of videos; or `filter`.") var ids: [String]?
    @Input("Which dead letters; an empty one finds all that failed.") var filter: RedriveFilterInput?
    @Input(.string(1...40), "Runs videos at this provider's equal model, if that costs no more.") var provider: String?
}

struct RedriveFilterInput: InputShape, InputValue {
    @Input(.choice(["failed", "cancelled"]), "`failed` unless named.") var state: JobEntryState?
    @Input(.string(1...63)) var kind: String?
    @Input(.string(1...40), "Only videos of this provider.") var provider: String?
    @Input var group: JobGroup?
}

struct ReorderJobsInput: InputShape {
    @Input(.jobIDs, Schema.jobReferences) var ids: [String]
    @Input var place: JobOperation.Place
}

struct PauseJobsInput: InputShape {
    @Input(
        "`queue`, one `kind` of job, or a `provider`, to which nothing more is sent; the kind `generation` means what begins a video."
    )
    var scope: JobOperation.Scope
    @Input(.laneName) var name: String
    @Input(.text(0...500), "What other admins read.") var reason: String?
}

struct ResumeJobsInput: InputShape {
    @Input var scope: JobOperation.Scope
    @Input(.laneName) var name: String
}

struct SettleVideoInput: InputShape {
    enum Outcome: String, InputValue, CaseIterable {
        case made
        case neverMade = "never_made"
    }

    @Input("The video.") var id: UUID
    @Input("`made`: its course continues. `never_made`: it fails, and credits and seconds go back.")
    var outcome: Outcome
    @Input(.text(0...200), "The provider's id of the request; required with `made`.") var requestID: String?
}

extension JobEntryState: InputValue, JSONRepresentable {}
extension JobGroup: InputValue {}
extension JobOperation.Place: InputValue {}
extension JobOperation.Scope: InputValue {}
