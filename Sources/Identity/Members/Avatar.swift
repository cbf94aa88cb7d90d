internal import Crypto

/// The picture of a member who has sent none: two discs that meet the edges of a dark square, told by a seed.
public enum Avatar {
    private static let grounds = ["#26313f", "#3a1d4f", "#1d1f4f", "#12373a", "#40222b", "#2c2f1c"]
    private static let lights = ["#ffcf5c", "#9fe870", "#d48cff", "#5bb8ff", "#ff7fa5", "#7be0b0", "#ff9d5c"]
    private static let corners = [(0, 0), (32, 0), (0, 32), (32, 32)]

    /// The longest seed that is drawn.
    public static let seedLimit = 64

    /// The SVG of a seed; the same for ever, since it is cached for ever.
    public static func svg(seed: String) -> String {
        let bytes = SHA256.hash("avatar " + seed).map(Int.init)
        let ground = grounds[bytes[0] % grounds.count]
        let first = bytes[1] % lights.count
        let second = (first + 1 + bytes[2] % (lights.count - 1)) % lights.count
        let corner = bytes[3] % corners.count
        let other = (corner + 1 + bytes[4] % (corners.count - 1)) % corners.count
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" fill="\(ground)"/>\
            \(disc(corners[corner], 19 + bytes[5] % 5, lights[first]))\
            \(disc(corners[other], 12 + bytes[6] % 4, lights[second]))</svg>
            """
    }

    private static func disc(_ centre: (x: Int, y: Int), _ radius: Int, _ colour: String) -> String {
        "<circle cx=\"\(centre.x)\" cy=\"\(centre.y)\" r=\"\(radius)\" fill=\"\(colour)\"/>"
    }
}
