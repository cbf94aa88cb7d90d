/// How a file is cut into numbered parts, so that a lost connection costs one part and not the whole file.
public struct UploadPlan: Sendable, Hashable {
    /// Bytes of every part but the last.
    public static let partBytes = 4 * 1024 * 1024

    /// Bytes of the whole file.
    public let size: Int
    /// Bytes of every part but the last.
    public let partSize: Int

    /// The plan for a file of `size` bytes, at least one.
    public init(size: Int, partSize: Int = UploadPlan.partBytes) {
        self.size = max(1, size)
        self.partSize = max(1, partSize)
    }

    /// How many parts there are; they are numbered from 1.
    public var count: Int { (size + partSize - 1) / partSize }

    /// Bytes of one part.
    public func size(of part: Int) -> Int {
        part < count ? partSize : size - (count - 1) * partSize
    }

    /// The numbers of the parts that have not arrived completely.
    public func missing(from staged: [Int: Int]) -> [Int] {
        (1...count).filter { staged[$0] != size(of: $0) }
    }

    /// The numbers of the parts that have arrived completely.
    public func arrived(in staged: [Int: Int]) -> [Int] {
        (1...count).filter { staged[$0] == size(of: $0) }
    }
}
