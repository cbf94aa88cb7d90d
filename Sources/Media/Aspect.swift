/// The shape of a season's film and the size its clips are brought to.
public enum Aspect: String, Sendable, CaseIterable {
    case portrait = "9:16"
    case landscape = "16:9"
    case square = "1:1"

    /// Width of a rendition.
    public var width: Int {
        switch self {
        case .portrait: 1_080
        case .landscape: 1_920
        case .square: 1_080
        }
    }

    /// Height of a rendition.
    public var height: Int {
        switch self {
        case .portrait: 1_920
        case .landscape: 1_080
        case .square: 1_080
        }
    }
}
