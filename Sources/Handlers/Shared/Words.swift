public import Film
public import HTTP

// The words of fixed lists, which answers and bodies share.
extension Aspect: JSONRepresentable, InputValue {}
extension ClipLabel: JSONRepresentable {}
extension ClipProcessing: JSONRepresentable {}
extension ClipStatus: JSONRepresentable {}
extension CountVisibility: JSONRepresentable, InputValue {}
extension FeedState: JSONRepresentable {}
extension FilmState: JSONRepresentable {}
extension SeasonStatus: JSONRepresentable, InputValue {}
extension SlotStatus: JSONRepresentable, InputValue {}
extension VoteKind: InputValue {}
extension ReportReason: JSONRepresentable, InputValue {}
extension ReportState: JSONRepresentable {}
extension CaseAction: InputValue {}
extension CaseFilter: InputValue {}
extension DecisionAction: JSONRepresentable {}
extension AppealOutcome: JSONRepresentable {}
