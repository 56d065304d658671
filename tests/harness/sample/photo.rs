//! Portraits of nobody: a head and shoulders in two colours, as real image files.

use super::Dice;

/// Pixels along each side.
const SIDE: u16 = 72;

/// As a JPEG file.
pub fn jpeg(dice: &mut Dice) -> Vec<u8> {
    let mut file = Vec::new();
    jpeg_encoder::Encoder::new(&mut file, 80)
        .encode(&portrait(dice), SIDE, SIDE, jpeg_encoder::ColorType::Rgb)
        .expect("a picture in memory");
    file
}

/// As a PNG file.
pub fn png(dice: &mut Dice) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, SIDE.into(), SIDE.into());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().expect("a picture in memory");
    writer.write_image_data(&portrait(dice)).expect("a picture in memory");
    writer.finish().expect("a picture in memory");
    file
}

/// Rows of RGB, top first.
fn portrait(dice: &mut Dice) -> Vec<u8> {
    const BACKS: [[u8; 3]; 6] =
        [[214, 226, 233], [240, 228, 210], [221, 234, 214], [236, 220, 228], [225, 222, 240], [244, 238, 205]];
    const FRONTS: [[u8; 3]; 6] =
        [[58, 92, 120], [150, 92, 52], [72, 112, 74], [132, 66, 96], [92, 84, 146], [122, 108, 48]];
    let back = BACKS[dice.below(BACKS.len())];
    let front = FRONTS[dice.below(FRONTS.len())];
    let side = f32::from(SIDE);
    let mut pixels = Vec::with_capacity(usize::from(SIDE) * usize::from(SIDE) * 3);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (x, y) = ((f32::from(x) + 0.5) / side - 0.5, (f32::from(y) + 0.5) / side);
            // How far inside the head (a circle) or the shoulders (an ellipse), in pixels.
            let head = (0.19 - x.hypot(y - 0.38)) * side;
            let shoulders = (1.0 - (x / 0.36).hypot((y - 1.02) / 0.40)) * 0.36 * side;
            let cover = head.max(shoulders).clamp(0.0, 1.0);
            for (b, f) in back.into_iter().zip(front) {
                let value = f32::from(b) + (f32::from(f) - f32::from(b)) * cover;
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                pixels.push(value.round() as u8);
            }
        }
    }
    pixels
}
