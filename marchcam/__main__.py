from marchcam.cli import main

main()
