internal import FoundationEssentials
public import Generation
public import HTTP

extension Schema {
    fileprivate static let jobIDs = Schema.array(.string(1...36), count: 1...100)
    fileprivate static let jobReferences = "Numbers of jobs and ids of videos."
    fileprivate static let laneName = Schema.string(
        1...63,
        pattern: Pattern("^[a-z][a-z_]*$", explanation: "may have lower-case letters and underscores") { text in
            text.utf8.first != UInt8(ascii: "_")
                && text.utf8.allSatisfy {
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
                }
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
    @Input("`queue`, or one `kind` of job; the kind `generation` means what begins a video.")
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
